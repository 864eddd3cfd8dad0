// Fetches the browser assets that deploy/assets.yaml pins, for the image build:
// `node fetch-assets.mjs assets.yaml FOLDER`. An archive with another digest ends the build.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

const [list, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

for (const { name, version, integrity, files } of parse(readFileSync(list, "utf8")).packages) {
  const packed = execFileSync("npm", ["pack", "--json", `${name}@${version}`], { encoding: "utf8" });
  const archive = JSON.parse(packed)[0].filename;
  const digest = createHash("sha512").update(readFileSync(archive)).digest("base64");
  if (`sha512-${digest}` !== integrity) {
    throw new Error(`${name}@${version} is not the archive that ${list} pins`);
  }
  for (const [inside, target] of Object.entries(files)) {
    writeFileSync(`${folder}/${target}`, execFileSync("tar", ["-xOzf", archive, inside]));
  }
}
