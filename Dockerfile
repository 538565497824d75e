# syntax=docker/dockerfile:1
# The server on a distroless Node.js: no shell, no package manager, not root. docs/deploy.md says how to run it.
# The paths in RUN are relative, so that the steps can also be run in an empty folder, without containers.

FROM node:20-bookworm AS build
WORKDIR /build/source
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml tsconfig.base.json ./
COPY packages packages
COPY apps apps
# The SQLite driver is compiled here if no prebuilt one fits. The version of pnpm is that of package.json. The empty folder
# becomes the owner and the mode of the volume.
RUN npx --yes pnpm@10.34.9 install --frozen-lockfile --filter '@claviger/server...' \
 && npx tsc -b apps/server \
 && npx --yes pnpm@10.34.9 --filter @claviger/server --prod --legacy deploy ../app \
 && mkdir ../data

FROM gcr.io/distroless/nodejs20-debian12:nonroot
WORKDIR /app
COPY --from=build /build/app /app
COPY deploy/docker/health.mjs /app/health.mjs
COPY --from=build --chown=65532:65532 /build/data /data
ENV NODE_ENV=production \
    CLAVIGER_DATA_DIR=/data \
    CLAVIGER_PUBLIC_HOST=0.0.0.0
USER 65532:65532
EXPOSE 4444 4445
VOLUME /data
# Whether the process is alive. Readiness is for balancers: docs/production.md.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/nodejs/bin/node", "/app/health.mjs", "alive"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/src/main.js"]
CMD ["serve"]
