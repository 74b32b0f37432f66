/** How links are written where the document no longer lies in the repository. */
export interface PackageReadmeOptions {
  readonly name: string;
  readonly description: string;
  readonly sections: readonly string[];
  /** Address of the repository's pages; without it links to its files become plain text. */
  readonly repositoryUrl?: string | undefined;
}

/**
 * The document of a package: its name, how it is installed, and the sections that it takes from the repository's.
 *
 * @throws {Error} when the repository's document has no such section
 */
export function packageReadme(readme: string, options: PackageReadmeOptions): string {
  const { name, description, sections, repositoryUrl } = options;
  const taken = sections.map((heading) => {
    const [, section] = readme.split(`\n## ${heading}\n`);
    if (section === undefined) throw new Error(`README.md has no section "${heading}"`);
    return `## ${heading}\n${section.split("\n## ")[0]?.trimEnd()}\n`;
  });
  const install = `## Install\n\n\`\`\`\nnpm install -g ${name}   # with Node 22.19 or later; npx ${name} runs it without\n\`\`\`\n`;
  const text = [`# ${name}\n`, `${description}\n`, install, ...taken].join("\n");
  return text.replaceAll(/\[([^\]]+)\]\((?!https?:)([^)]*)\)/g, (_all, label: string, to: string) =>
    repositoryUrl === undefined ? label : `[${label}](${repositoryUrl}/blob/main/${to})`,
  );
}
