"""What a shell or a bar needs in its settings to show the line about today.

Each reads the file of the line and starts as little as it can; bash and zsh start nothing at all.
A line of another day is not shown.
"""

from __future__ import annotations

import json
import shlex

_BASH = """\
# Habits of today, in ~/.bashrc: reads one file, starts nothing (bash 5).
notekeep_habits() {{
  local day rest today
  NOTEKEEP_HABITS=
  read -r day rest 2>/dev/null <{path} || return 0
  printf -v today '%(%Y-%m-%d)T' "$((EPOCHSECONDS - {seconds}))"
  if [[ $day == "$today" && $rest ]]; then NOTEKEEP_HABITS="$rest "; fi
}}
PROMPT_COMMAND="notekeep_habits${{PROMPT_COMMAND:+;$PROMPT_COMMAND}}"
PS1='${{NOTEKEEP_HABITS}}'"$PS1"
"""

_ZSH = """\
# Habits of today, in ~/.zshrc: reads one file, starts nothing.
zmodload zsh/datetime
notekeep_habits() {{
  local day rest today
  NOTEKEEP_HABITS=
  {{ read -r day rest <{path} }} 2>/dev/null || return 0
  strftime -s today %Y-%m-%d $((EPOCHSECONDS - {seconds}))
  if [[ $day == $today && -n $rest ]]; then NOTEKEEP_HABITS="$rest "; fi
}}
autoload -Uz add-zsh-hook && add-zsh-hook precmd notekeep_habits
setopt prompt_subst
PROMPT='${{NOTEKEEP_HABITS}}'"$PROMPT"
"""

_FISH = """\
# Habits of today, in ~/.config/fish/conf.d/notekeep.fish; `notekeep_habits` goes into the prompt.
function notekeep_habits
    set -l file {fish}
    test -r $file; or return
    read -l day rest <$file
    test "$day" = (date +%F); and test -n "$rest"; and echo -n "$rest "
end
"""

_STARSHIP = """\
# Habits of today, in ~/.config/starship.toml.
[custom.habits]
command = {sed}
when = true
shell = ["sh"]
format = "[$output]($style) "
"""

_TMUX = """\
# Habits of today, in ~/.tmux.conf; tmux puts the date in by itself.
set -ag status-right {tmux}
"""

_WAYBAR = """\
"custom/habits": {{
  "exec": {sed},
  "interval": 30
}}
"""

_POLYBAR = """\
; Habits of today, in the settings of polybar.
[module/habits]
type = custom/script
exec = {command}
interval = 30
"""

SNIPPETS = {
    "bash": _BASH,
    "zsh": _ZSH,
    "fish": _FISH,
    "starship": _STARSHIP,
    "tmux": _TMUX,
    "waybar": _WAYBAR,
    "polybar": _POLYBAR,
}
"""The texts, by what they are for."""


def snippet(shell: str, path: str, day_start: int) -> str:
    """What to put into the settings of a shell or a bar.

    Args:
        shell: One of SNIPPETS.
        path: The file of the line.
        day_start: The hour at which a day begins; shells that can count take it off the clock.
    """
    quoted = shlex.quote(path)
    command = f'sed -n "1s/^$(date +%F) //p" {quoted}'
    return (
        SNIPPETS[shell]
        .format(
            path=quoted,
            seconds=day_start * 3600,
            fish="'" + path.replace("\\", "\\\\").replace("'", "\\'") + "'",
            sed=json.dumps(command, ensure_ascii=False),
            tmux=_in_tmux(f"#(sed -n '1s/^%F //p' {quoted})"),
            command=command,
        )
        .rstrip("\n")
    )


def _in_tmux(text: str) -> str:
    """A string of tmux's settings, within which only these have a meaning."""
    return '" ' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
