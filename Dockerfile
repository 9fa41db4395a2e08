# ClusterDns as one Native AOT executable, in an image without a shell. deploy/README.md lists its contents and their reasons.
# Builds for the architecture of the build machine:  docker build --build-arg REVISION="$(git rev-parse HEAD)" -t NAME .

# Configures the addresses of a node's own DNS server; needed only by deploy/kubernetes/optional/nodelocal.yaml:
#   docker build --target node-addresses -t NAME .
FROM ubuntu:24.04 AS node-addresses
RUN apt-get update \
    && apt-get install -y --no-install-recommends iproute2 iptables \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/nodelocal/node-addresses.sh /node-addresses.sh
ENTRYPOINT ["/bin/sh", "/node-addresses.sh"]

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble-aot AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcap2-bin \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
ARG REVISION=
# The file capability permits binding port 53 if the container runtime has not opened low ports.
RUN deploy/build.sh /out \
    && setcap cap_net_bind_service=ep /out/clusterdns

# Ubuntu 24.04 like the stage above, so that the executable finds the libc it was linked against.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
ARG REVISION=
LABEL org.opencontainers.image.title="ClusterDns" \
      org.opencontainers.image.description="DNS server for Kubernetes clusters, in place of CoreDNS" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="$REVISION"
# Changing the owner or mode while copying would remove the file capability.
COPY --from=build /out/clusterdns /clusterdns
USER 65532:65532
WORKDIR /
EXPOSE 53/udp 53/tcp 8080/tcp 8181/tcp 9153/tcp
ENTRYPOINT ["/clusterdns"]
