package dev.hone.architecture;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EndElementTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.TextTree;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** The words of a Javadoc comment as Markdown: paragraphs, lists, blocks of code; numbers of arXiv become links. */
final class DocMarkdown {
    private static final Pattern PAPER = Pattern.compile("\\b(\\d{4}\\.\\d{5})\\b");
    private final UnaryOperator<String> links;
    private final StringBuilder text = new StringBuilder();
    private boolean block;

    private DocMarkdown(UnaryOperator<String> links) { this.links = links; }

    /** Everything before the block tags; {@code links} makes the Markdown of what a link tag names. */
    static String body(DocCommentTree comment, UnaryOperator<String> links) {
        return of(comment.getFullBody(), links);
    }

    /** The first sentence. */
    static String first(DocCommentTree comment, UnaryOperator<String> links) {
        return of(comment.getFirstSentence(), links);
    }

    private static String of(List<? extends DocTree> trees, UnaryOperator<String> links) {
        DocMarkdown markdown = new DocMarkdown(links);
        trees.forEach(markdown::add);
        return markdown.text.toString().replaceAll(" +\n", "\n").replaceAll("\n{3,}", "\n\n").strip();
    }

    private void add(DocTree tree) {
        switch (tree) {
            case TextTree words -> words(words.getBody());
            case EntityTree entity -> words(sign(entity.getName().toString()));
            case LiteralTree literal -> code(literal.getBody().getBody());
            case LinkTree link -> text.append(links.apply(link.getReference().getSignature()));
            case StartElementTree start -> start(start.getName().toString());
            case EndElementTree end -> end(end.getName().toString());
            default -> throw new IllegalArgumentException(
                    "Javadoc with " + tree + ": expected text, p, ul, li, pre, code, literal or link");
        }
    }

    private void words(String words) {
        if (block) {
            text.append(words);
            return;
        }
        String line = words.replaceAll("\\s+", " ").replace("*", "\\*");
        boolean begins = text.isEmpty() || text.charAt(text.length() - 1) == '\n';
        text.append(PAPER.matcher(begins ? line.stripLeading() : line).replaceAll("[$1](https://arxiv.org/abs/$1)"));
    }

    private void code(String code) { text.append(block ? code.strip() : "`" + code + "`"); }

    private void start(String element) {
        switch (element) {
            case "p" -> text.append("\n\n");
            case "ul" -> text.append("\n");
            case "li" -> text.append("\n* ");
            case "pre" -> {
                text.append("\n\n```\n");
                block = true;
            }
            default -> throw unknown(element);
        }
    }

    private void end(String element) {
        switch (element) {
            case "p", "li" -> {
            }
            case "ul" -> text.append("\n\n");
            case "pre" -> {
                text.append("\n```\n\n");
                block = false;
            }
            default -> throw unknown(element);
        }
    }

    private static String sign(String entity) {
        return switch (entity) {
            case "lt" -> "<";
            case "gt" -> ">";
            case "amp" -> "&";
            default -> throw new IllegalArgumentException(
                    "Javadoc with &" + entity + ";: write the sign itself, or lt, gt or amp");
        };
    }

    private static IllegalArgumentException unknown(String element) {
        return new IllegalArgumentException("Javadoc with <" + element + ">: expected p, ul, li or pre");
    }
}
