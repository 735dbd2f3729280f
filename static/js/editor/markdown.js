// The editor's tools as pure functions: from a text and its selection to one change,
// `{ start, end, text, select }`, or null.

const LIST = /^(\s*)(?:([-*+])|(\d{1,9})([.)]))([ \t]+)(\[[ xX/-]\](?:[ \t]+|$))?/;
const RULE = /^\s*([-*_])(?:[ \t]*\1){2,}\s*$/;
const FENCE = /^\s{0,3}(?:>\s?)*(`{3,}|~{3,})/;

// Return the lines of a selection. If it ends at the start of a line, that line is not included.
const selectedLines = (text, start, end) => {
  const last = end > start && text[end - 1] === "\n" ? end - 1 : end;
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const stop = text.indexOf("\n", last);
  const to = stop < 0 ? text.length : stop;
  return { from, to, lines: text.slice(from, to).split("\n") };
};

// Change the selected lines. The changed lines are selected, or the caret keeps its place.
const changeLines = (text, start, end, change) => {
  const { from, to, lines: before } = selectedLines(text, start, end);
  const after = change(before, from).join("\n");
  const select = [from, from + after.length];
  if (start === end) {
    const at = Math.max(from, start + after.length - (to - from));
    select.splice(0, 2, at, at);
  }
  return { start: from, end: to, text: after, select };
};

const countMarks = (text, at, step, mark) => {
  let length = 0;
  while (text[at + (step < 0 ? -1 - length : length)] === mark) length += 1;
  return length;
};

// Add marks around the selection or the word at the caret, or remove them if they are there.
const toggleMarks = (mark) => (text, start, end) => {
  if (start === end) {
    const left = /[\p{L}\p{N}_-]*$/u.exec(text.slice(0, start))[0].length;
    const right = /^[\p{L}\p{N}_-]*/u.exec(text.slice(end))[0].length;
    if (left && right) [start, end] = [start - left, end + right];
  }
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  const [size, char] = [mark.length, mark[0]];
  const outside = Math.min(countMarks(text, start, -1, char), countMarks(text, end, 1, char));
  // One star is italic, two are bold, three are both.
  const isMarked = (count) => (mark === "*" ? count % 2 === 1 : count >= size);
  const words = text.slice(start, end);
  if (isMarked(outside)) {
    const select = [start - size, end - size];
    return { start: start - size, end: end + size, text: words, select };
  }
  const inside = Math.min(countMarks(words, 0, 1, char), countMarks(words, words.length, -1, char));
  if (inside * 2 < words.length && isMarked(inside)) {
    const bare = words.slice(size, -size);
    return { start, end, text: bare, select: [start, start + bare.length] };
  }
  // A mark cannot span a blank line, so each paragraph gets its own.
  const paragraphs = /\S(?:[^\n]|\n(?!\s*\n))*/g;
  const wrapped = words.replace(paragraphs, (part) => mark + part.trimEnd() + mark);
  const result = wrapped || mark + mark;
  const select = words.includes("\n")
    ? [start, start + result.length]
    : [start + size, start + result.length - size];
  return { start, end, text: result, select };
};

const code = (text, start, end) => {
  const words = text.slice(start, end);
  if (!words.includes("\n")) return toggleMarks("`")(text, start, end);
  const selected = selectedLines(text, start, end);
  const fence = words.includes("```") ? "~~~" : "```";
  const result = [fence, ...selected.lines, fence].join("\n");
  const at = selected.from + fence.length;
  return { start: selected.from, end: selected.to, text: result, select: [at, at] };
};

const link = (text, start, end) => {
  const words = text.slice(start, end);
  if (/^(?:https?:\/\/|mailto:)\S+$/.test(words)) {
    return { start, end, text: `[](${words})`, select: [start + 1, start + 1] };
  }
  const at = words ? start + words.length + 3 : start + 1;
  const select = words ? [at, at + "https://".length] : [at, at];
  return { start, end, text: `[${words}](https://)`, select };
};

// Turn lines into a heading; each further use lowers its level, and the last one removes it.
const heading = (text, start, end) =>
  changeLines(text, start, end, (before) => {
    const level = /^(#{0,6})/.exec(before[0])[1].length;
    const marks = level === 0 ? "## " : level >= 4 ? "" : `${"#".repeat(level + 1)} `;
    return before.map((line) =>
      line.trim() || before.length === 1 ? marks + line.replace(/^#{1,6}[ \t]+/, "") : line,
    );
  });

const listKind = (found) => (!found ? "" : found[6] ? "task" : found[2] ? "list" : "numbers");

const list = (wanted) => (text, start, end) =>
  changeLines(text, start, end, (before) => {
    const found = before.map((line) => LIST.exec(line));
    const isItem = (index) => before[index].trim() || before.length === 1;
    const isList = before.every((_, index) => !isItem(index) || listKind(found[index]) === wanted);
    let number = 0;
    return before.map((line, index) => {
      if (!isItem(index)) return line;
      const match = found[index];
      const indent = match ? match[1] : /^\s*/.exec(line)[0];
      const words = line.slice(match ? match[0].length : indent.length);
      if (isList) return indent + words;
      number += 1;
      const mark = wanted === "numbers" ? `${number}. ` : "- ";
      return indent + mark + (wanted === "task" ? (match?.[6] ?? "[ ] ") : "") + words;
    });
  });

const quote = (text, start, end) =>
  changeLines(text, start, end, (before) =>
    before.every((line) => line.startsWith(">"))
      ? before.map((line) => line.replace(/^> ?/, ""))
      : before.map((line) => (line ? `> ${line}` : before.length === 1 ? "> " : ">")),
  );

// Insert a block with blank lines around it, and select `length` characters from `chosen` on.
const insertBlock = (text, from, to, result, [chosen, length]) => {
  const above = text.slice(0, from).replace(/[ \t]+$/, "");
  const below = text.slice(to);
  const before = !above || /\n[ \t]*\n$/.test(above) ? "" : above.endsWith("\n") ? "\n" : "\n\n";
  const isSeparated = !below || /^\n[ \t]*(?:\n|$)/.test(below);
  const after = isSeparated ? "" : below.startsWith("\n") ? "\n" : "\n\n";
  const at = from + before.length + chosen;
  return { start: from, end: to, text: before + result + after, select: [at, at + length] };
};

const callout = (text, start, end) => {
  const { from, to, lines: before } = selectedLines(text, start, end);
  const quoted = before.map((line) => (line.trim() ? `> ${line}` : "> "));
  return insertBlock(text, from, to, ["> [!note]", ...quoted].join("\n"), [4, 4]);
};

const table = (text, start, end) => {
  const { from, to, lines: before } = selectedLines(text, start, end);
  const empty = "| Name | Value |\n| --- | --- |\n|  |  |";
  // Insert it below the selection, which is left as it is.
  const place = before.join("").trim() ? to : from;
  return insertBlock(text, place, to, empty, [2, 4]);
};

// Return one level of indentation: the width of a list marker above or here, or a tab if used.
const indentation = (text, from, line) => {
  if (/^\t+(?:[-*+]|\d+[.)])[ \t]/m.test(text)) return "\t";
  const above = text
    .slice(0, Math.max(from - 1, 0))
    .split("\n")
    .at(-1);
  const found = LIST.exec(above) ?? LIST.exec(line);
  return " ".repeat(found ? found[0].length - found[1].length - (found[6] ?? "").length : 2);
};

const indent = (text, start, end) =>
  changeLines(text, start, end, (before, from) => {
    const more = indentation(text, from, before[0]);
    return before.map((line) => (line.trim() || before.length === 1 ? more + line : line));
  });

const outdent = (text, start, end) =>
  changeLines(text, start, end, (before, from) => {
    const { length } = indentation(text, from, before[0]);
    const less = new RegExp(`^(?:\t| {1,${Math.max(length, 2)}})`);
    return before.map((line) => line.replace(less, ""));
  });

const inFence = (text) => {
  let open = "";
  for (const line of text.split("\n")) {
    const found = FENCE.exec(line)?.[1];
    if (!found) continue;
    if (!open) open = found;
    else if (found[0] === open[0] && found.length >= open.length) open = "";
  }
  return Boolean(open);
};

// Continue a list or quotation on the next line, or end it on an empty item. Return null outside
// of both.
const enter = (text, start, end) => {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const stop = text.indexOf("\n", end);
  const line = text.slice(from, stop < 0 ? text.length : stop);
  const quoted = /^\s{0,3}(?:>[ \t]?)*/.exec(line)[0];
  const marks = quoted.includes(">") ? quoted : "";
  const item = LIST.exec(line.slice(marks.length));
  const size = marks.length + (item ? item[0].length : 0);
  if (!size || start < from + size || RULE.test(line) || inFence(text.slice(0, from))) return null;
  if (start === end && !line.slice(size).trim()) {
    const left = item ? marks : "";
    const at = from + left.length;
    return { start: from, end: from + line.length, text: left, select: [at, at] };
  }
  let more = marks;
  if (item) {
    const mark = item[2] ?? Number(item[3]) + 1 + item[4];
    more += item[1] + mark + item[5] + (item[6] ? "[ ] " : "");
  }
  const at = start + 1 + more.length;
  return { start, end, text: `\n${more}`, select: [at, at] };
};

export const tools = {
  bold: toggleMarks("**"),
  italic: toggleMarks("*"),
  code,
  link,
  heading,
  list: list("list"),
  numbers: list("numbers"),
  task: list("task"),
  quote,
  table,
  callout,
  indent,
  outdent,
  enter,
};
