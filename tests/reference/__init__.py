# SPDX-License-Identifier: BSD-3-Clause
"""Meshes and numbers that tests compare with, and the command that makes them."""
