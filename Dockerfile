# Two stages: build with everything, run with what runs. Another base can be given: --build-arg NODE_IMAGE=...
ARG NODE_IMAGE=node:26-trixie-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN npx tsc -p tsconfig.json && npm prune --omit=dev

FROM ${NODE_IMAGE}
# The PID file needs a folder that any user may write to, also where the file system is read-only.
ENV NODE_ENV=production KEA_PIDFILE_DIR=/dev/shm
WORKDIR /opt/keagate
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY config/kea-ctrl-agent.conf /etc/kea/kea-ctrl-agent.conf
USER node
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/keagate/dist/main.js"]
CMD ["-c", "/etc/kea/kea-ctrl-agent.conf"]
