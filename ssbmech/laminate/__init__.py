# SPDX-License-Identifier: BSD-3-Clause
"""Stacks of many cells as laminates: each layer is one point, whatever its thickness."""
