# pure: no socket, thread, clock or onnxruntime.
"""What the norms are predicted from: all of it is there before the generator runs."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Length, its logarithm, unvoiced and voiced share, logarithmic pitch and its spread, energy
#: and its spread, and the inverse of the length.
NUMBERS: Final = 9

#: Hz, under which nothing is voiced: the model tells 0, or nearly, for what is not.
_VOICED_HZ: Final = 10.0


def features(
    f0: NDArray[np.float32],
    energy: NDArray[np.float32],
    x: NDArray[np.float32],
    har: NDArray[np.float32],
) -> NDArray[np.float32]:
    """float32 [NUMBERS + 3 * channels + 2 * harmonics] of a unit.

    f0      Hz, [..., 2 * frames]
    energy  the model's own, as long
    x       the front's output, [1, channels, 2 * frames]: the mean, the logarithm of the spread,
            and the mean of what is above 0 (the generator begins with a rectifier) of each
            channel
    har     the source's, [1, harmonics, ...]: mean and logarithm of the spread
    """
    hz, loud = f0.ravel().astype(np.float64), energy.ravel().astype(np.float64)
    voiced = hz > _VOICED_HZ
    log = np.log(hz[voiced]) if voiced.any() else np.zeros(1)
    share = float(voiced.mean())
    numbers = [
        len(hz),
        np.log(len(hz)),
        1 - share,
        share,
        log.mean(),
        log.std(),
        loud.mean(),
        loud.std(),
        1 / len(hz),
    ]
    moments = [x[0].mean(axis=1), _spread(x[0]), np.maximum(x[0], 0).mean(axis=1)]
    moments += [har[0].mean(axis=1), _spread(har[0])]
    return np.concatenate([numbers, *moments]).astype(np.float32)


def _spread(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.log(channels.std(axis=1) + 1e-4), np.float32)
