# SPDX-License-Identifier: BSD-3-Clause
"""Forms: the weak terms of mechanics, charge and interfaces, written in UFL."""
