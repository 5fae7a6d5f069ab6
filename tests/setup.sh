# Sourced by examples/run, tests/run and benchmarks/run; the caller stands in the top folder of the repository.
#   phase TEXT COMMAND...   runs the command and prints one line with the seconds it took; its output goes to build/run.log
#                           and is shown when it fails
#   need PACKAGE...         installs the Debian packages that are not there; calls apt only when one is missing
#   build FOLDER OPTIONS -- TARGETS   configures the folder once (ninja repeats that by itself when it must) and builds

mkdir -p build

phase() {
  local text=$1 start=$EPOCHREALTIME code=0
  shift
  printf '%-42s' "$text"
  "$@" >build/run.log 2>&1 </dev/null || code=$?
  local us=$((${EPOCHREALTIME/[.,]/} - ${start/[.,]/}))
  printf ' %4d.%d s\n' $((us / 1000000)) $((us / 100000 % 10))
  if [ $code -ne 0 ]; then
    tail -n 60 build/run.log
    echo "'$text' failed; all it printed is in $PWD/build/run.log" >&2
    exit $code
  fi
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  local options=(-y -q --no-install-recommends -o Dpkg::Use-Pty=0)
  # The lists may be old or absent; they are fetched only when installing with those at hand does not work.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@" && return
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "$@"
}

need() {
  command -v dpkg-query >/dev/null || { echo "This is no Debian: install what matches these yourself: $*"; return; }
  local missing=() package
  local there=" $(dpkg-query -W -f='${Package}:${db:Status-Status} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ $there == *" $package:installed "* ]] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "As root: apt-get install ${missing[*]}" >&2; exit 1; }
    sudo -v  # ask for the password now, not inside the log
  fi
  phase "install ${#missing[@]} packages" apt_install "${missing[@]}"
}

build() {
  local folder=$1 options=()
  shift
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  [ -e "$folder/build.ninja" ] || phase "configure" cmake -S . -B "$folder" -G Ninja "${options[@]}"
  # Two at a time: a file that includes libtorch's modules takes up to 1.7 GB to compile.
  phase "build" ninja -C "$folder" -j2 "$@"
}
