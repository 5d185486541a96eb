# SPDX-License-Identifier: BSD-3-Clause
"""Physical constants in SI, each with unit and source.

Since the SI revision of 2019 (BIPM, The International System of Units, 9th edition) e, k_B and N_A
are fixed numbers, and so are their products.
"""

from __future__ import annotations

from typing import Final

FARADAY: Final = 96485.33212331001
"""Faraday constant e N_A [C mol-1]; exact (BIPM 2019)."""

GAS_CONSTANT: Final = 8.31446261815324
"""Molar gas constant k_B N_A [J mol-1 K-1]; exact (BIPM 2019)."""

VACUUM_PERMITTIVITY: Final = 8.8541878188e-12
"""Vacuum electric permittivity [F m-1]; CODATA 2022, relative uncertainty 1.6e-10."""

ZERO_CELSIUS: Final = 273.15
"""Zero of the Celsius scale [K]; by definition (BIPM 2019)."""

ROOM_TEMPERATURE: Final = 298.15
"""25 degC [K]; the default of laws and cases that name no temperature of their own."""
