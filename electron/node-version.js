// Loaded before everything else (node --import), in a form that any Node can read: an old one knows no TypeScript and
// would only say that it does not know the file's extension.
const wanted = [22, 18];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  process.stderr.write(
    `Blindspot needs Node ${wanted.join('.')} or newer, and this is ${process.version} (${process.execPath}).\n` +
      'On Linux "npm ci" brings a fitting one, which "npm start" and "npm run" use by themselves;\n' +
      'elsewhere install Node 24 from https://nodejs.org and try again.\n',
  );
  process.exit(2);
}
