# SPDX-License-Identifier: BSD-3-Clause
"""Model: bodies, interfaces, fixture and electrodes of a case, as one system of equations."""
