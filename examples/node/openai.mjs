// OpenAI's API from Node without a package: sound is written while it is made.
//
//   kokoroctl gateway &
//   node examples/node/openai.mjs "Hello, world." | aplay -f S16_LE -r 24000

const base = process.env.OPENAI_BASE_URL ?? "http://127.0.0.1:8880/v1";
const input = process.argv.slice(2).join(" ") || "Hello, world.";

const answer = await fetch(`${base}/audio/speech`, {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    Authorization: `Bearer ${process.env.OPENAI_API_KEY ?? "none"}`,
  },
  body: JSON.stringify({ model: "kokoro", input, response_format: "pcm" }),
});
if (!answer.ok) {
  console.error((await answer.json()).error.message);
  process.exit(1);
}
console.error(`${answer.headers.get("x-kokoro-voice")} speaks`);
for await (const pcm of answer.body) process.stdout.write(pcm);
