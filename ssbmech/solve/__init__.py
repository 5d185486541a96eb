# SPDX-License-Identifier: BSD-3-Clause
"""Solve: the system of one step, its Newton method, and the march through time."""
