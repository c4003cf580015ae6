package dev.hone.train;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/** Reads HTML and SVG with the JDK's XML reader, which refuses everything that is not well formed. */
final class Markup {
    private Markup() {}

    static Document parse(String text) {
        try {
            DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler() {
                @Override
                public void fatalError(SAXParseException wrong) throws SAXParseException { throw wrong; }
            });
            return builder.parse(new InputSource(new StringReader(text)));
        } catch (Exception wrong) {
            throw new AssertionError("not well formed: " + wrong.getMessage(), wrong);
        }
    }

    static List<Element> elements(Document document, String tag) {
        List<Element> found = new ArrayList<>();
        NodeList all = document.getElementsByTagName(tag);
        for (int i = 0; i < all.getLength(); i++) {
            Node node = all.item(i);
            found.add((Element) node);
        }
        return found;
    }

    /** Elements of a tag that have a class. */
    static List<Element> elements(Document document, String tag, String style) {
        return elements(document, tag).stream()
                .filter(element -> List.of(element.getAttribute("class").split(" ")).contains(style))
                .toList();
    }
}
