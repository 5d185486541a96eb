# SPDX-License-Identifier: BSD-3-Clause
"""Interfaces: contact, conduction and charge transfer between two bodies."""
