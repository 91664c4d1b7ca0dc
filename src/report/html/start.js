// Which page it is, light or dark, and the start.

function switchTheme() {
  const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  settings.set("theme", theme);
  applyTheme();
}

function applyTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = settings.get("theme") ?? (dark ? "dark" : "light");
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
applyTheme();
{
  const data = JSON.parse(document.getElementById("data").textContent);
  app.draw = data.view === "eval" ? drawEval : draw;
  if (data.view === "eval") startEval(data);
  else startReport(data);
}
