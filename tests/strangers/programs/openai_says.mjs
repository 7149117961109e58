// OpenAI's package for Node against our gateway: node openai_says.mjs URL TEXT > PCM
import OpenAI from "openai";

const [url, text] = process.argv.slice(2);
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
const asked = { model: "tts-1", voice: "alloy", input: text, response_format: "pcm" };
const response = await openai.audio.speech.create(asked);
process.stdout.write(Buffer.from(await response.arrayBuffer()));
try {
  await openai.audio.speech.create({ ...asked, voice: "nobody" });
  throw new Error("a voice that is not there was taken");
} catch (error) {
  if (!(error instanceof OpenAI.BadRequestError) || error.param !== "voice") throw error;
}
