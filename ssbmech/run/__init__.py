# SPDX-License-Identifier: BSD-3-Clause
"""Run: a case from its script to its run folder, and on from its checkpoints."""
