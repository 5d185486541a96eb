# SPDX-License-Identifier: BSD-3-Clause
"""Run folder: what a run leaves behind, written and read without the solver."""
