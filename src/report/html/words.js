// The words of the page in both languages, and how numbers are written.

const WORDS = {
  en: {
    title_report: "What the sieve found", title_label: "Labeling", title_eval: "How well the model does",
    made: "tamis {version} · model “{model}”", language: "中文", language_name: "Switch to Chinese", theme: "Light or dark",
    skip: "Skip to the pages", overview: "Overview", of_run: "of the whole run, at {threshold}",
    preset_name: "the preset “{name}”", threshold_at: "the threshold {p}",
    pages: "pages", blocks: "blocks", characters: "characters", junk_share: "of the characters are junk", junk: "junk",
    content: "content", boilerplate: "boilerplate", spam: "spam", rule: "kept by a rule",
    scores: "Scores of all blocks", scores_of: "How many blocks have which P(junk); the lines are thresholds: {lines}",
    by_script: "By script", script: "script", by_host: "By host", host: "host", no_host: "No page has an address.",
    lines: "Lines removed most often", line: "line", times: "times", no_lines: "No line was removed twice.",
    hit: "Pages with the most junk", page: "page", share: "share", rough: "There were so many different lines or hosts that some counts may be too low.",
    sampled: "The file shows {shown} of {all} pages, chosen by the hashes of their names; the overview counts all of them.",
    lean: "To save space, reasons stand only by blocks that are junk or near the threshold of the run.",
    left_pages: "{n} pages did not fit into memory and are left out.",
    presets: "Preset", cautious: "cautious", balanced: "balanced", strict: "strict", threshold: "Threshold on P(junk)",
    by_preset: "by script: {list}", live: "{junk} of {blocks} blocks are junk, {share} of the characters", of_shown: "on the pages below",
    kind: "Kind", host_name: "Host", all: "all", show: "Show", show_all: "all blocks", show_junk: "only what is removed", show_content: "only what stays", show_near: "near the threshold",
    show_labeled: "labeled", show_changed: "changed by training", order: "Order", order_input: "as in the input", order_junk: "most junk first", order_uncertain: "most uncertain first",
    search: "Search in texts and addresses", more_pages: "Show more pages", more_blocks: "Show {n} more blocks", left_blocks: "{n} more blocks of this page are not in the file.",
    hidden: "{n} blocks that do not fit the filter", nothing: "No block fits the filter.", cut: "… {n} more characters",
    why: "Why? P(junk) {p}", base: "base", base_of: "what every block starts with", rest: "all other features and words", total: "sum: log-odds {odds}, P(junk) {p}",
    word: "word", not_told: "The reasons of this block were left out to save space: tamis explain tells them.", by_rule: "Your rule “{name}” decided.",
    mark_content: "content", mark_junk: "junk", cannot_label: "The text is cut, so it cannot be labeled here.",
    labels: "{n} labels", labels_1: "1 label", kept: "kept in this browser", saved: "saved to {file}", saving: "saving …", not_saved: "not saved: {why}", export: "Export for training", clear: "Forget labels", sure: "Forget all {n} labels that this browser keeps?",
    retrain: "Retrain", training: "Training: {step} {done} of {total}", trained: "{changed} of {blocks} verdicts changed. Of your {labels} labels the model agrees with {after}; it was {before}.", train_failed: "Training failed: {why}",
    was: "was {p}", keys: "Keys", key_jk: "next, previous block", key_cx: "label the block content, junk", key_u: "undo", key_enter: "reasons of the block", key_n: "most uncertain block without a label", key_slash: "search", next_uncertain: "Next uncertain",
    uncertain_left: "{n} blocks near the threshold have no label",
    auc: "ROC AUC", ap: "average precision", recall99: "junk recall, 99 % content kept", ece: "calibration error", interval: "95 %: {low}–{high}",
    sites: "sites", pr: "Precision and recall of junk", pr_of: "Precision against recall of junk blocks; the dots are the presets", recall: "recall", precision: "precision",
    reliability: "Reliability", reliability_of: "Share of junk among blocks of a score; on the diagonal scores are probabilities", score: "score", junk_seen: "share of junk",
    confusion: "Verdicts against labels", as_junk: "verdict junk", as_content: "verdict content", is_junk: "labeled junk", is_content: "labeled content", lost_short: "lost", lost: "content characters lost", removed: "junk characters removed",
    by_kind: "By kind", by_lang: "By language", by_site: "By site", by_set: "By data set", removed_at: "called junk", worst: "Worst mistakes", worst_of: "Blocks whose score contradicts their label the most",
    labeled: "labeled", weights: "Largest weights", weights_of: "Per standard deviation of the feature; right speaks for junk", f1: "F1",
  },
  zh: {
    title_report: "筛查结果", title_label: "标注", title_eval: "模型评测",
    made: "tamis {version} · 模型“{model}”", language: "English", language_name: "切换到英文", theme: "浅色或深色",
    skip: "跳到页面列表", overview: "概览", of_run: "全部数据，{threshold}",
    preset_name: "预设“{name}”", threshold_at: "阈值 {p}",
    pages: "页面", blocks: "文本块", characters: "字符", junk_share: "的字符是垃圾", junk: "垃圾",
    content: "正文", boilerplate: "模板文字", spam: "垃圾信息", rule: "规则保留",
    scores: "全部文本块的得分", scores_of: "各 P(垃圾) 区间的文本块数量；竖线为阈值：{lines}",
    by_script: "按文字", script: "文字", by_host: "按主机", host: "主机", no_host: "页面都没有网址。",
    lines: "最常删除的行", line: "行", times: "次数", no_lines: "没有被删除两次以上的行。",
    hit: "垃圾最多的页面", page: "页面", share: "占比", rough: "不同的行或主机太多，部分计数可能偏低。",
    sampled: "本文件显示全部 {all} 页中的 {shown} 页，按名称的散列值选出；概览统计全部页面。",
    lean: "为节省空间，只有垃圾或接近本次阈值的文本块附有理由。",
    left_pages: "有 {n} 页内存放不下，未列出。",
    presets: "预设", cautious: "谨慎", balanced: "均衡", strict: "严格", threshold: "P(垃圾) 阈值",
    by_preset: "按文字：{list}", live: "{blocks} 个文本块中 {junk} 个是垃圾，占字符的 {share}", of_shown: "（下列页面）",
    kind: "类别", host_name: "主机", all: "全部", show: "显示", show_all: "全部文本块", show_junk: "只看删除的", show_content: "只看保留的", show_near: "接近阈值的",
    show_labeled: "已标注的", show_changed: "训练后改变的", order: "顺序", order_input: "输入顺序", order_junk: "垃圾最多的在前", order_uncertain: "最不确定的在前",
    search: "搜索文本和网址", more_pages: "显示更多页面", more_blocks: "再显示 {n} 块", left_blocks: "此页另有 {n} 块不在本文件中。",
    hidden: "{n} 块不符合筛选条件", nothing: "没有符合条件的文本块。", cut: "……另有 {n} 个字符",
    why: "理由：P(垃圾) {p}", base: "基准", base_of: "每个文本块的起点", rest: "其余特征和词", total: "合计：对数几率 {odds}，P(垃圾) {p}",
    word: "词", not_told: "为节省空间，此块的理由已省略，可用 tamis explain 查看。", by_rule: "由你的规则“{name}”决定。",
    mark_content: "正文", mark_junk: "垃圾", cannot_label: "文本被截断，不能在此标注。",
    labels: "{n} 个标注", kept: "保存在此浏览器中", saved: "已存入 {file}", saving: "保存中……", not_saved: "未保存：{why}", export: "导出用于训练", clear: "清除标注", sure: "清除此浏览器中的全部 {n} 个标注？",
    retrain: "重新训练", training: "训练中：{step} {done}/{total}", trained: "{blocks} 个判定中 {changed} 个改变。你的 {labels} 个标注中，模型符合 {after} 个，原为 {before} 个。", train_failed: "训练失败：{why}",
    was: "原为 {p}", keys: "按键", key_jk: "下一块，上一块", key_cx: "标为正文，标为垃圾", key_u: "撤销", key_enter: "查看理由", key_n: "最不确定的未标注块", key_slash: "搜索", next_uncertain: "下一个不确定的",
    uncertain_left: "{n} 个接近阈值的块尚未标注",
    auc: "ROC AUC", ap: "平均精确率", recall99: "保留 99 % 正文时的垃圾召回率", ece: "校准误差", interval: "95 %：{low}–{high}",
    sites: "站点", pr: "垃圾的精确率与召回率", pr_of: "垃圾文本块的精确率对召回率；圆点为预设", recall: "召回率", precision: "精确率",
    reliability: "可靠性", reliability_of: "各得分区间中垃圾的比例；在对角线上则得分即概率", score: "得分", junk_seen: "垃圾比例",
    confusion: "判定与标注", as_junk: "判为垃圾", as_content: "判为正文", is_junk: "标为垃圾", is_content: "标为正文", lost_short: "丢失", lost: "丢失的正文字符", removed: "删除的垃圾字符",
    by_kind: "按类别", by_lang: "按语言", by_site: "按站点", by_set: "按数据集", removed_at: "判为垃圾的比例", worst: "最大的错误", worst_of: "得分与标注最矛盾的文本块",
    labeled: "标注", weights: "最大的权重", weights_of: "每个标准差的权重；向右为垃圾", f1: "F1",
  },
};

const settings = {
  get(name) { try { return localStorage.getItem(`tamis-${name}`); } catch { return null; } },
  set(name, value) { try { localStorage.setItem(`tamis-${name}`, value); } catch { /* a browser may keep nothing */ } },
};

let language = settings.get("language") ?? (/^zh/i.test(navigator.language) ? "zh" : "en");

/** The words for a key, with values in the place of {names}. */
function t(key, values = {}) {
  const words = (values.n === "1" && WORDS[language][`${key}_1`]) || (WORDS[language][key] ?? key);
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const count = (number) => number.toLocaleString(language === "zh" ? "zh-CN" : "en-GB");
const percent = (share) => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "–");
const fixed = (number, digits = 4) => (number === null || !Number.isFinite(number) ? "–" : number.toFixed(digits));

/** A probability with as many digits as tell it from 0 and 1. */
function probability(p) {
  if (p > 0.9995) return p > 0.99995 ? "> .9999" : p.toFixed(4);
  return p < 0.0005 ? "< .001" : p.toFixed(3);
}

/** An element; strings become text, never markup. Attributes: `on…` are listeners, others as they are. */
function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "css") for (const [property, set] of Object.entries(value)) element.style.setProperty(property, set);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
