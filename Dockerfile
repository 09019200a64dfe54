# The images of the worker. Nothing in them depends on the processor, so one build serves amd64 and arm64:
#   docker buildx build --platform linux/amd64,linux/arm64 -t billing-sync .
#   docker build --target sandbox -t billing-sync-sandbox .        the sandbox of examples/compose.yaml
# Both bases are pinned by the digest of their index. To move to newer ones:
#   docker buildx imagetools inspect gcr.io/distroless/nodejs24-debian13:nonroot
ARG BUILD_BASE=node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot@sha256:af85d11ce7ef10172855a6e3649e3e8125b1b9e3ca41849ec2918036f05cb212

FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# Custom providers of your own: files of manifests/ and modules/, named as in the settings.
ARG Providers__Manifests=""
ARG Providers__Modules=""
RUN npm run image

FROM ${BASE} AS sandbox
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /src/dist/image/sandbox ./
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["sandbox.mjs"]

# The last stage is what a build without --target makes.
FROM ${BASE} AS worker
WORKDIR /app
# The memory settings are those of infra/environment.yml. `--enable-source-maps` would make stack traces name lines of the
# sources, and cost 10 to 20 MB. The address is that of /livez and /readyz.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-semi-space-size=2 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    Worker__Listen=0.0.0.0:8080
COPY --from=build /src/dist/image/app ./
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["/nodejs/bin/node", "-e", "fetch('http://127.0.0.1:'+process.env.Worker__Listen.split(':').at(-1)+'/livez').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["container.cjs"]
