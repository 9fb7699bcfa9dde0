// Runs in a process of its own and imports nothing but the emitted folder: reads test images from a file of floats,
// classifies them, and prints the digit it takes each for.
// usage: node classify.mjs FOLDER IMAGES BATCH
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, file, size] = process.argv.slice(2);
const batch = Number(size);
const { load } = await import(new URL("digits.mjs", pathToFileURL(`${folder}/`)).href);
const model = await load();
const bytes = readFileSync(file);
const images = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const count = images.length / 784;
const read = [];
const image = new Float32Array(batch * 784);
for (let start = 0; start < count; start += batch) {
  const part = images.subarray(start * 784, (start + batch) * 784);
  image.set(part);
  const { data } = model.predict({ image }).logits;
  for (let at = 0; at < part.length / 784; at++) {
    const row = data.subarray(at * 10, at * 10 + 10);
    read.push(row.indexOf(Math.max(...row)));
  }
}
console.log(read.join(""));
