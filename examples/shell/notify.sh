# Source it in ~/.bashrc or ~/.zshrc: says how a command ended that took longer than
# KOKORO_NOTIFY_S (20) seconds. It starts nothing in the way of the prompt.

_kokoro_began() { _kokoro_at=$SECONDS _kokoro_what=${1%% *}; }

_kokoro_ended() {
  local ended=$? took
  [ -n "${_kokoro_at-}" ] || return 0
  took=$((SECONDS - _kokoro_at)) && _kokoro_at=
  [ "$took" -lt "${KOKORO_NOTIFY_S:-20}" ] && return 0
  local how=done
  [ "$ended" -eq 0 ] || how="failed with status $ended"
  (kokoroctl say --no-wait --priority notification "${_kokoro_what##*/}: $how" >/dev/null 2>&1 &)
}

if [ -n "${ZSH_VERSION-}" ]; then
  autoload -Uz add-zsh-hook
  add-zsh-hook preexec _kokoro_began
  add-zsh-hook precmd _kokoro_ended
else
  _kokoro_debug() { [ -n "${_kokoro_at-}" ] || [ "$BASH_COMMAND" = _kokoro_ended ] || _kokoro_began "$BASH_COMMAND"; }
  trap _kokoro_debug DEBUG
  PROMPT_COMMAND="_kokoro_ended${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
fi
