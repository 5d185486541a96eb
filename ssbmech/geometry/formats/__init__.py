# SPDX-License-Identifier: BSD-3-Clause
"""Readers of mesh files, one module for each format or package that knows formats."""
