# SPDX-License-Identifier: BSD-3-Clause
"""Spack package of ssbmech: spack repo add packaging/spack && spack install py-ssbmech."""

from spack.package import depends_on, license, variant, version, when
from spack_repo.builtin.build_systems.python import PythonPackage


class PySsbmech(PythonPackage):
    """Chemo-mechanics of solid-state lithium cells that lose contact, by finite elements."""

    # the source distribution that packaging/release.py makes, from a mirror of one's own:
    # spack mirror create -d mirror py-ssbmech, or spack develop -p CHECKOUT py-ssbmech@0.1.0
    url = "ssbmech-0.1.0.tar.gz"

    license("BSD-3-Clause")

    version("0.1.0")

    variant("solve", default=True, description="Compute cases, with DOLFINx")
    variant("plot", default=True, description="Figures, film and report")

    depends_on("python@3.11:", type=("build", "run"))
    depends_on("py-hatchling", type="build")
    depends_on("py-h5py@3.8:", type=("build", "run"))
    depends_on("py-lazy-loader@0.4:", type=("build", "run"))
    depends_on("py-numpy@1.26:", type=("build", "run"))
    depends_on("py-pandas@2.1:", type=("build", "run"))
    depends_on("py-xarray@2023.12:", type=("build", "run"))

    with when("+solve"):
        depends_on("py-fenics-dolfinx@0.9:0.11", type=("build", "run"))
        depends_on("py-mpi4py@4:", type=("build", "run"))
        depends_on("py-petsc4py@3.20:", type=("build", "run"))
        depends_on("petsc~complex+mumps", type=("build", "run"))
        depends_on("py-pint@0.24:", type=("build", "run"))
        depends_on("py-scipy@1.11:", type=("build", "run"))
        depends_on("py-tqdm@4.66:", type=("build", "run"))
        depends_on("gmsh+opencascade", type=("build", "run"))
        depends_on("py-meshio@5.3:", type=("build", "run"))

    with when("+plot"):
        depends_on("py-matplotlib@3.8:", type=("build", "run"))
        depends_on("py-pyvista@0.44:", type=("build", "run"))
        depends_on("pil@10:", type=("build", "run"))
        depends_on("py-jinja2@3.1:", type=("build", "run"))
        depends_on("py-plotly@6:", type=("build", "run"))
