# SPDX-License-Identifier: BSD-3-Clause
"""Linear elastic fracture: flaws, lithium in them, their statistics, and the flaws of a run.

Needs neither the solver nor units: numpy alone, numbers in SI. What is computed here follows from
stresses, pressures and currents that are given; cracks that grow in a mesh are parts of a model
(`ssbmech.model.parts.crack`, `ssbmech.model.parts.phase_field`).
"""
