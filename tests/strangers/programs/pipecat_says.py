"""Pipecat in a pipeline against our gateway: python pipecat_says.py URL TEXT > PCM."""

import asyncio
import sys

from pipecat.frames.frames import EndFrame, Frame, TTSAudioRawFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.tts import OpenAITTSService


class Ear(FrameProcessor):
    def __init__(self) -> None:
        super().__init__()
        self.frames = 0

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            assert (frame.sample_rate, frame.num_channels) == (24_000, 1)
            sys.stdout.buffer.write(frame.audio)
            self.frames += 1
        await self.push_frame(frame, direction)


async def main(url: str, text: str) -> None:
    service = OpenAITTSService(
        api_key="none",
        base_url=f"{url}/v1",
        settings=OpenAITTSService.Settings(voice="alloy", model="tts-1"),
    )
    ear = Ear()
    task = PipelineTask(
        Pipeline([service, ear]), params=PipelineParams(audio_out_sample_rate=24_000)
    )
    await task.queue_frames([TTSSpeakFrame(text), EndFrame()])
    await PipelineRunner(handle_sigint=False).run(task)
    assert ear.frames, "no audio frames"


asyncio.run(main(*sys.argv[1:]))
