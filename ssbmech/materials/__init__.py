# SPDX-License-Identifier: BSD-3-Clause
"""Materials: the laws of one substance, and a library of substances with sourced numbers."""
