# The image of a release: the static program and the certificates of the base image. The base has a small shell, because CI
# services run their steps in one. The release workflow puts the programs into dist/amd64 and dist/arm64.
FROM gcr.io/distroless/static-debian12:debug-nonroot
ARG TARGETARCH
LABEL org.opencontainers.image.source="https://github.com/airspec/airspec" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.description="Conformance suite, mock server and proxy for models of the Runware API"
COPY dist/${TARGETARCH}/airspec dist/${TARGETARCH}/LICENSE-APACHE dist/${TARGETARCH}/LICENSE-MIT /usr/local/bin/
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/airspec"]
