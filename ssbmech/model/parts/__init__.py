# SPDX-License-Identifier: BSD-3-Clause
"""The package's own parts: bulk parts of bodies, and surface parts of interfaces."""
