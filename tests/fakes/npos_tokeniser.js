// Reads printer bytes from standard input and writes the commands that npos, an independent ESC/POS parser, finds in
// them: one JSON list of {name, hex}. Text is the name "text". One rule is added that npos does not have: GS ( k.
const path = require("path");
const npos = require(path.join(process.argv[2], "npos"));

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  const raw = Buffer.concat(chunks);
  npos.rules[0x1d]["(k"] = [0, "d16"];
  const found = npos.parser(npos.rules).analyze(raw);
  if (found.error) {
    process.stderr.write(String(found.error.message || found.error));
    process.exit(1);
  }
  const commands = found.tree.map((node) => ({
    name: node.ascii === "STX" ? "text" : `${node.ascii} ${node.fn || ""}`.trim(),
    hex: raw.subarray(node.offset, node.offset + node.length).toString("hex"),
  }));
  process.stdout.write(JSON.stringify(commands));
});
