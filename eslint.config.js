import js from "@eslint/js";
import globals from "globals";

const STRICTER = {
  curly: ["error", "multi-line"],
  eqeqeq: "error",
  "no-implicit-globals": "error",
  "no-shadow": "error",
  "no-throw-literal": "error",
  "no-unused-expressions": "error",
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-const": "error",
  "prefer-template": "error",
};

export default [
  { ignores: [".venv*/", "**/.dvc/"] },
  js.configs.recommended,
  { rules: STRICTER },
  { files: ["web/{webcam,folder}/*.js", "web/static/start.js"], languageOptions: { globals: globals.browser } },
  { files: ["web/webcam/{photographer,reader}.js"], languageOptions: { globals: globals.worker } },
  {
    // static/__init__.py writes these before it.
    files: ["web/static/offline.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.serviceworker, FILES: "readonly", VERSION: "readonly" } },
  },
  {
    // A function's body, which benchmarks/boxes.py gives these.
    files: ["benchmarks/boxes.js"],
    languageOptions: {
      sourceType: "script",
      globals: { ...globals.browser, bits: "readonly", block: "readonly", width: "readonly", height: "readonly" },
    },
    rules: { "no-implicit-globals": "off" },
  },
  {
    // Gradio runs it as the body of a function of these.
    files: ["web/picture.js", "web/tabs.js", "web/timeline.js", "web/words.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, element: "readonly", watch: "readonly" } },
    rules: { "no-implicit-globals": "off" },
  },
];
