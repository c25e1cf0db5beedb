# The Nexus without a window, with the console for browsers. Build it from the root of the repository:
#
#   docker build --file deploy/nexus.Dockerfile --tag nexus .
#
# What the build sees is listed in nexus.Dockerfile.dockerignore (read by BuildKit, the default builder).

FROM node:22-bookworm-slim AS console
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY ui ui
RUN npx vite build ui

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=console /src/ui/dist ui/dist
RUN --mount=type=cache,id=nexus-cargo,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=nexus-target,target=/src/target,sharing=locked \
    cargo build --locked --release --package nexus \
    && install -m 0755 target/release/nexus /usr/local/bin/nexus

FROM debian:12-slim
COPY --from=build /usr/local/bin/nexus /usr/local/bin/nexus
COPY --chmod=0755 deploy/nexus-healthcheck.sh /usr/local/bin/nexus-healthcheck

# The id is fixed, so that files in a volume keep their owner.
RUN groupadd --gid 10000 nexus \
    && useradd --uid 10000 --gid nexus --no-create-home --home-dir /var/lib/nexus --shell /usr/sbin/nologin nexus \
    && install -d -m 0700 -o nexus -g nexus /var/lib/nexus
USER 10000:10000
WORKDIR /var/lib/nexus

# The store and the token of the REST API. Everything else may be read-only.
# In a container the loopback address reaches nobody, so it listens on all. Machines join with codes; NEXUS_SHARED_TOKEN, which
# is not set here, is for spores that know no codes: hand it over when the container is started.
ENV NEXUS_DATA_DIR=/var/lib/nexus \
    NEXUS_HOST=0.0.0.0 \
    NEXUS_PORT=8765
VOLUME ["/var/lib/nexus"]
EXPOSE 8765

# Healthy means: the swarm's state answers and the store can be written.
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/local/bin/nexus-healthcheck"]

ENTRYPOINT ["/usr/local/bin/nexus"]
CMD ["serve"]
