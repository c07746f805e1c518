/** The build takes a style sheet in as its text. */
declare module '*.css' {
  const text: string;
  export { text as default };
}
