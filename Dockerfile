# Two stages: build with everything, run with the result, which needs no package. Another base with Node.js, npm, a shell
# and a user `node` can be given: --build-arg NODE_IMAGE=... docs/containers.md tells how to run it.
ARG NODE_IMAGE=node:26-trixie-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# The lock file decides what is installed, and no package runs a script of its own.
COPY package.json package-lock.json .npmrc tsconfig.json esbuild.config.mjs ./
RUN npm ci --ignore-scripts
COPY src ./src
RUN npm run build

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="keagate" \
  org.opencontainers.image.description="One HTTP(S) address in front of ISC Kea's daemons" \
  org.opencontainers.image.licenses="Apache-2.0"
# The PID file needs a folder that any user may write to, also where the root file system is read-only.
ENV NODE_ENV=production KEA_PIDFILE_DIR=/dev/shm
# Where volumes are mounted: an empty one takes over whose it is.
RUN install -d -o node -g node -m 0750 /run/kea /var/log/kea /var/lib/keagate \
  && ln -s /opt/keagate/dist/main.js /usr/local/bin/keagate
COPY config/kea-ctrl-agent.conf /etc/kea/kea-ctrl-agent.conf
WORKDIR /opt/keagate
COPY LICENSE ./
COPY --from=build /build/package.json ./
COPY --from=build /build/dist ./dist
USER node
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
# Needs no client certificate and no password: see `keagate health --help`.
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s --retries=3 CMD ["keagate", "health"]
ENTRYPOINT ["keagate"]
CMD ["-c", "/etc/kea/kea-ctrl-agent.conf"]
