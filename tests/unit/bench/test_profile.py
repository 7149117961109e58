"""What `python -m bench.profile` counts."""

from __future__ import annotations

from collections import Counter

from bench.profile import Profile, conv_flop

#: As onnxruntime 1.32 writes it: input, weight, bias.
CONV = {
    "op_name": "Conv",
    "input_type_shape": [
        {"float": [1, 128, 5041]},
        {"float": [64, 32, 11]},
        {"float": [64]},
    ],
    "output_type_shape": [{"float": [1, 64, 5041]}],
}


def test_a_convolution_multiplies_and_adds_each_tap_of_its_group_for_each_number() -> None:
    assert conv_flop(CONV) == 2 * 64 * 5041 * 32 * 11


def test_its_rate_is_of_the_time_of_convolutions_alone() -> None:
    profiled = Profile(Counter({"Conv": 0.5, "Sin": 9.0}), conv_flop=100e9)

    assert profiled.conv_gflop_per_s == 200.0
