#!/usr/bin/env bash
# Lays out the OpenSearch of pom.xml once, with and without the security plugin, and prints where. Needs Maven and a
# JDK, 21 or later.
#   build.sh           lays it out unless it is there
#   build.sh --check   only says, by exit code, that it is there or can be laid out; if not, what is missing, on stderr
# It lies in ${AUDITSHIP_CACHE:-~/.cache/auditship}, in a folder named for version and recipe:
#   lib/, modules/         OpenSearch's own
#   plain/, security/      what -Dopensearch.path.home takes: modules/ and plugins/ as a distribution has them
#   classes.jsa, jdk/      an archive of loaded classes, which halves the start, and the JDK that made it and runs it
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's/.*<opensearch>\(.*\)<.*/\1/p' "$here/pom.xml")
cache=${AUDITSHIP_CACHE:-$HOME/.cache/auditship}
hash=$(cat "$here/pom.xml" "$here/build.sh" | cksum | cut -d" " -f1)
folder=$cache/opensearch-$version-$hash
server=$folder/server

# A JDK that has been removed since counts as not there.
there() { [ -x "$server/jdk/bin/java" ]; }

# The home of the first Java that is new enough. Often the default one is not.
find_jdk() {
  local home major
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -x "$home/bin/java" ] && [ -f "$home/release" ] || continue
    major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    if [ "${major:-0}" -ge 21 ]; then echo "$home"; return; fi
  done
}

if there; then echo "$server"; exit 0; fi
jdk=$(find_jdk)
if [ -z "$jdk" ]; then echo 'OpenSearch needs a JDK, 21 or later, in JAVA_HOME or /usr/lib/jvm: install one' >&2; exit 1; fi
if ! command -v mvn >/dev/null; then echo 'OpenSearch is laid out by Maven, and there is no mvn: install Maven' >&2; exit 1; fi
if [ "${1:-}" = --check ]; then exit 0; fi

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# One lays it out, the others wait. Without flock each makes its own; the rename at the end keeps that harmless.
exec 9>"$folder/lock"
if command -v flock >/dev/null; then flock 9; fi
if there; then echo "$server"; exit 0; fi

echo "laying out OpenSearch $version in $folder, once, in about a minute" >&2
work=$(mktemp -d "$folder/build.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
JAVA_HOME=$jdk mvn -B -q -f "$here/pom.xml" -Dfolder="$work" process-resources >&2

# module NAME CLASS EXTENDED JARS…: moves its jars out of lib/ and describes it; the published jars lack the description.
module() {
  local into=$work/modules/$1 name=$1 class=$2 extended=$3 jar
  shift 3
  mkdir -p "$into"
  for jar in "$@"; do mv "$work"/lib/$jar "$into"; done
  cat >"$into/plugin-descriptor.properties" <<END
name=$name
description=$name
classname=org.opensearch.$class
extended.plugins=$extended
version=$version
opensearch.version=$version
java.version=21
END
}
module transport-netty4 transport.Netty4ModulePlugin '' 'transport-netty4-client-*' 'netty-*'
module lang-painless painless.PainlessModulePlugin '' 'lang-painless-*' 'opensearch-scripting-painless-spi-*' 'antlr4-runtime-*' 'asm-*'
module analysis-common analysis.common.CommonAnalysisModulePlugin lang-painless 'analysis-common-*'
module ingest-common ingest.common.IngestCommonModulePlugin lang-painless 'ingest-common-*' 'opensearch-grok-*' 'opensearch-dissect-*' 'joni-*' 'jcodings-*'
module mapper-extras index.mapper.MapperExtrasModulePlugin lang-painless 'mapper-extras-client-*'
module reindex index.reindex.ReindexModulePlugin '' 'reindex-client-*' 'opensearch-rest-client-*' 'opensearch-ssl-config-*' 'http*' 'commons-*' 'slf4j-api-*'

mkdir -p "$work/plain/plugins"
ln -s ../modules "$work/plain/modules"
ln -s ../modules "$work/security/modules"
ln -s "$jdk" "$work/jdk"
# Module rule-framework is not published; the plugin uses it for workload management only.
descriptor=$work/security/plugins/opensearch-security/plugin-descriptor.properties
sed 's/^extended.plugins=.*/extended.plugins=/' "$descriptor" >"$work/descriptor"
mv "$work/descriptor" "$descriptor"

# Starts and stops it once, for classes.jsa, which fits the garbage collector that it was made with. For -Djna.nounpack
# see launch.ts.
mkdir -p "$work/first/tmp"
cp -R "$here/config" "$work/first/config" # a copy: the node puts a keystore beside its configuration
"$jdk/bin/java" -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ArchiveClassesAtExit="$work/classes.jsa" \
  -Djava.io.tmpdir="$work/first/tmp" -Djna.nounpack=true \
  -Dopensearch.path.home="$work/plain" -Dopensearch.path.conf="$work/first/config" -Dopensearch.distribution.type=tar \
  -cp "$work/lib/*" org.opensearch.bootstrap.OpenSearch \
  -Ehttp.port=0 -Epath.data="$work/first/data" -Epath.logs="$work/first" >"$work/first/log" 2>&1 &
until grep -q 'o.o.n.Node\] started' "$work/first/log"; do
  kill -0 $! 2>/dev/null || { cat "$work/first/log" >&2; exit 1; }
  sleep 0.2
done
kill $!
wait $! || true
rm -rf "$work/first" "$work/markers"

rm -rf "$server"
mv "$work" "$server"
echo "$server"
