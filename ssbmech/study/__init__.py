# SPDX-License-Identifier: BSD-3-Clause
"""Parameter studies: many variants of one case, side by side, resumable, in one table.

::

    study file  ->  plan  ->  one run folder per variant  ->  table  ->  figures

`study_file` reads what is asked for, `planning` builds every variant's case before anything runs,
`scheduler` lets Snakemake carry the variants out, each through `job`, and `collect` reads the
figures back from the run folders. The run folders are the only state: whatever is interrupted,
the same command goes on from them.
"""
