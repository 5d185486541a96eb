# SPDX-License-Identifier: BSD-3-Clause
"""Extensions as a user would write them, each in one file of its own outside the package."""
