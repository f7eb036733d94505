import { memo } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

const isShown = (source: string | undefined): boolean =>
  /^data:image\/(png|jpe?g|gif|webp|avif);/i.test(source ?? "");

const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
  // A picture from elsewhere would tell its server who is reading: it is linked, not loaded.
  img: ({ src, alt }) => {
    const source = typeof src === "string" ? src : undefined;
    if (isShown(source)) return <img src={source} alt={alt ?? ""} />;
    return (
      <a href={source} target="_blank" rel="noreferrer noopener">
        {alt || source}
      </a>
    );
  },
};

/** Rendered once a text: a record may hold a hundred messages, and every key draws it anew. */
const MarkdownRendered = memo(function MarkdownRendered({ text }: { text: string }) {
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm]}
      rehypePlugins={[rehypeSanitize]}
      components={components}
      skipHtml
    >
      {text}
    </ReactMarkdown>
  );
});

export default MarkdownRendered;
