# pure: no socket, thread or clock.
"""Kokoro's voices by name, and what a name says of its voice."""

from __future__ import annotations

from typing import Final

#: The voices of voices-v1.0.bin, known here so that a voice can be told from a typo
#: while no model is installed. Source: the file itself (FACTS: Apache-2.0).
KNOWN: Final = frozenset(
    """
    af_alloy af_aoede af_bella af_heart af_jessica af_kore af_nicole af_nova af_river
    af_sarah af_sky am_adam am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck
    am_santa bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis
    ef_dora em_alex em_santa ff_siwis hf_alpha hf_beta hm_omega hm_psi if_sara im_nicola
    jf_alpha jf_gongitsune jf_nezumi jf_tebukuro jm_kumo pf_dora pm_alex pm_santa
    zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang
    """.split()
)

#: Speaks where neither a request nor the configuration names a voice.
DEFAULT: Final = "af_heart"

#: The name of espeak-ng's voice, which is there without a model.
BUILT_IN: Final = "built-in"

#: The overall grade of each voice, A the best: what Kokoro-82M's authors make of the quality
#: and quantity of its training data. Source: hexgrad/Kokoro-82M, VOICES.md (v1.0); it grades
#: no Spanish and no Portuguese voice.
GRADES: Final = {
    voice: grade
    for grade, graded in {
        "A": "af_heart",
        "A-": "af_bella",
        "B-": "af_nicole bf_emma ff_siwis",
        "C+": "af_aoede af_kore af_sarah am_fenrir am_michael am_puck jf_alpha",
        "C": "af_alloy af_nova bf_isabella bm_fable bm_george jf_gongitsune jf_tebukuro"
        " hf_alpha hf_beta hm_omega hm_psi if_sara im_nicola",
        "C-": "af_sky jf_nezumi jm_kumo",
        "D+": "bm_lewis",
        "D": "af_jessica af_river am_echo am_eric am_liam am_onyx bf_alice bf_lily bm_daniel"
        " zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang",
        "D-": "am_santa",
        "F+": "am_adam",
    }.items()
    for voice in graded.split()
}

_GENDERS: Final = {"f": "female", "m": "male"}


def gender(voice: str) -> str:
    """female or male, from the second letter of Kokoro's names; else empty."""
    return _GENDERS.get(voice[1:2], "") if voice[2:3] == "_" else ""
