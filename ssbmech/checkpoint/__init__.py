# SPDX-License-Identifier: BSD-3-Clause
"""Checkpoints: the complete state of a run, to go on from on any number of ranks."""
