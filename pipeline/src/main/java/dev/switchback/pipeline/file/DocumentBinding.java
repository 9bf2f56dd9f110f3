package dev.switchback.pipeline.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.NearName;

/**
 * Binds a {@link YamlTree} to records with Jackson, and goes on behind whatever does not fit: each such
 * place is one problem, and its value is left out. Values are not repeated in messages, since one may be a secret.
 */
public final class DocumentBinding extends DeserializationProblemHandler {

    private static final Map<Class<?>, String> FORMS = Map.of(
            Integer.class, "a whole number",
            Boolean.class, "true or false",
            Duration.class, "a duration such as 500ms, 30s, 12h or 7d",
            ByteSize.class, "a size such as 64MB or 10GB",
            String.class, "one text",
            List.class, "a list such as [a, b]");

    private final YamlTree tree;

    private DocumentBinding(YamlTree tree) {
        this.tree = tree;
    }

    /** @param type a record that has every setting there is, null for what is left out */
    public static <T> T bind(YamlTree tree, Class<T> type) {
        DocumentBinding binding = new DocumentBinding(tree);
        JsonMapper mapper = JsonMapper.builder()
                .addModule(new SimpleModule()
                        .addDeserializer(Duration.class, new FromText<>(Duration.class, Durations::parse))
                        .addDeserializer(ByteSize.class, new FromText<>(ByteSize.class, ByteSize::parse)))
                .addHandler(binding)
                .build();
        try {
            return mapper.treeToValue(tree.root(), type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a setting was neither bound nor refused", e);
        }
    }

    @Override
    public boolean handleUnknownProperty(
            DeserializationContext context,
            JsonParser parser,
            JsonDeserializer<?> deserializer,
            Object beanOrClass,
            String name)
            throws IOException {
        Class<?> section = beanOrClass instanceof Class<?> type ? type : beanOrClass.getClass();
        // What a record does not know is kept aside until it is made, away from the parser that knows the place.
        JsonParser outer = context.getParser();
        JsonPointer place = parser == outer ? place(parser) : place(outer).appendProperty(name);
        Collection<String> known = settings(section);
        tree.problem(
                place,
                "There is no setting \"" + name + "\" here.",
                NearName.hint(name, known, "There are " + String.join(", ", known) + "."));
        NearName.of(name, known).ifPresent(meant -> tree.excuse(place.head().appendProperty(meant)));
        parser.skipChildren();
        return true;
    }

    @Override
    public @Nullable Object handleWeirdStringValue(
            DeserializationContext context, Class<?> targetType, String value, String failure) {
        return misfit(context.getParser(), targetType);
    }

    @Override
    public @Nullable Object handleUnexpectedToken(
            DeserializationContext context, JavaType targetType, JsonToken token, JsonParser parser, String failure)
            throws IOException {
        Object nothing = misfit(parser, targetType.getRawClass());
        parser.skipChildren();
        return nothing;
    }

    @Override
    public @Nullable Object handleMissingInstantiator(
            DeserializationContext context,
            Class<?> targetType,
            @Nullable ValueInstantiator instantiator,
            JsonParser parser,
            String failure)
            throws IOException {
        return handleUnexpectedToken(
                context, context.constructType(targetType), parser.currentToken(), parser, failure);
    }

    private @Nullable Object misfit(JsonParser parser, Class<?> wanted) {
        JsonPointer place = place(parser);
        // Jackson asks for the list that it would make, an ArrayList.
        Class<?> known = List.class.isAssignableFrom(wanted) ? List.class : wanted;
        String form = FORMS.getOrDefault(known, "a block of settings");
        tree.problem(
                place,
                String.join(".", segments(place)) + " is not " + form + ".",
                wanted.isRecord() && !FORMS.containsKey(wanted)
                        ? "Its settings are " + String.join(", ", settings(wanted)) + "."
                        : "Write " + form + ".");
        return null;
    }

    private static JsonPointer place(JsonParser parser) {
        return parser.getParsingContext().pathAsPointer();
    }

    private static List<String> segments(JsonPointer place) {
        return Arrays.stream(place.toString().substring(1).split("/"))
                .map(segment -> segment.replace("~1", "/").replace("~0", "~"))
                .toList();
    }

    private static List<String> settings(Class<?> section) {
        return Arrays.stream(section.getRecordComponents())
                .map(DocumentBinding::settingName)
                .toList();
    }

    private static String settingName(RecordComponent component) {
        JsonProperty renamed = component.getAccessor().getAnnotation(JsonProperty.class);
        return renamed == null ? component.getName() : renamed.value();
    }

    private static final class FromText<T> extends FromStringDeserializer<T> {

        private static final long serialVersionUID = 1L;

        private final transient Function<String, T> parse;

        FromText(Class<T> type, Function<String, T> parse) {
            super(type);
            this.parse = parse;
        }

        @Override
        protected T _deserialize(String value, DeserializationContext context) {
            return valueOf(value).orElseGet(() -> refused(value, context));
        }

        private Optional<T> valueOf(String text) {
            try {
                return Optional.of(parse.apply(text));
            } catch (IllegalArgumentException | ArithmeticException e) {
                return Optional.empty();
            }
        }

        @SuppressWarnings({"unchecked", "NullAway"}) // the handler's answer is null, which leaves the setting out
        private T refused(String value, DeserializationContext context) {
            try {
                return (T) context.handleWeirdStringValue(handledType(), value, "of another form");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
