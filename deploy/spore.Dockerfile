# The spore, without a window. Build it from the root of the repository:
#
#   docker build --file deploy/spore.Dockerfile --tag nexus-spore .
#
# What the build sees is listed in spore.Dockerfile.dockerignore (read by BuildKit, the default builder).

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,id=nexus-cargo,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=nexus-target,target=/src/target,sharing=locked \
    cargo build --locked --release --package spore \
    && install -m 0755 target/release/spore /usr/local/bin/spore

FROM debian:12-slim
COPY --from=build /usr/local/bin/spore /usr/local/bin/spore
COPY --chmod=0755 deploy/spore-healthcheck.sh /usr/local/bin/spore-healthcheck

# Commands run with the rights of this user. The id is fixed, so that files in a volume keep their owner.
RUN groupadd --gid 10001 spore \
    && useradd --uid 10001 --gid spore --no-create-home --home-dir /var/lib/nexus-spore --shell /usr/sbin/nologin spore \
    && install -d -m 0700 -o spore -g spore /var/lib/nexus-spore
USER 10001:10001
WORKDIR /var/lib/nexus-spore

# Node id, lock, and the workspace of commands and FileSkill. Everything else may be read-only, except /tmp.
ENV SPORE_DATA_DIR=/var/lib/nexus-spore
VOLUME ["/var/lib/nexus-spore"]

# Healthy means: connected to the Nexus.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/usr/local/bin/spore-healthcheck"]

# SIGTERM makes it leave in order, which takes up to 20 s when commands run: stop it with --time 30.
ENTRYPOINT ["/usr/local/bin/spore"]
