import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.model.GenericMessage;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.model.Segment;
import ca.uhn.hl7v2.model.Structure;
import ca.uhn.hl7v2.model.Type;
import ca.uhn.hl7v2.parser.GenericModelClassFactory;
import ca.uhn.hl7v2.parser.PipeParser;
import ca.uhn.hl7v2.util.Terser;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** HAPI's quickest configuration, a generic model without validation, as `worker.py` measures others. */
public final class HapiReading {
    private record Field(int number, int[] components) {}
    private record Wanted(String kind, String segment, List<Field> fields) {}
    private record Sample(String name, String text) {}

    private static final List<Wanted> WANTED = new ArrayList<>();
    private static PipeParser parser;

    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            if (!line.isBlank() && !line.startsWith("#")) WANTED.add(wanted(line.split(" ")));
        }
        List<Sample> samples = samples(Path.of(arguments[1]));
        DefaultHapiContext context = new DefaultHapiContext();
        context.setValidationContext(ValidationContextFactory.noValidation());
        context.setModelClassFactory(new GenericModelClassFactory());
        parser = context.getPipeParser();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("values")) System.out.println(values(samples));
            if (words[0].equals("run")) System.out.println(run(samples, Double.parseDouble(words[1])));
        }
    }

    private static Wanted wanted(String[] words) {
        Map<Integer, List<Integer>> fields = new LinkedHashMap<>();
        for (int i = 2; i < words.length; i++) {
            String[] place = words[i].split("\\.");
            fields.computeIfAbsent(Integer.parseInt(place[0]), n -> new ArrayList<>())
                    .add(Integer.parseInt(place[1]));
        }
        List<Field> list = new ArrayList<>();
        fields.forEach((n, parts) -> list.add(new Field(n, parts.stream().mapToInt(p -> p).toArray())));
        return new Wanted(words[0], words[1], list);
    }

    private static List<Sample> samples(Path folder) throws Exception {
        List<Sample> samples = new ArrayList<>();
        try (var paths = Files.list(folder)) {
            for (Path path : paths.sorted().filter(p -> p.toString().endsWith(".hl7")).toList()) {
                byte[] data = Files.readAllBytes(path);
                String first = new String(data, StandardCharsets.ISO_8859_1).split("\r")[0];
                Charset charset =
                        first.contains("|8859/1") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
                samples.add(new Sample(path.getFileName().toString(), new String(data, charset)));
            }
        }
        return samples;
    }

    private static List<String> read(String text) throws Exception {
        Message message = parser.parse(text);
        String[] names = message.getNames();
        List<String> values = new ArrayList<>(128);
        for (Wanted wanted : WANTED) {
            boolean found = false;
            for (String name : names) {
                if (!name.startsWith(wanted.segment)) continue;
                if (found && !wanted.kind.equals("all")) break;
                for (Structure structure : message.getAll(name)) {
                    if (found && !wanted.kind.equals("all")) break;
                    found = true;
                    add(values, wanted, (Segment) structure);
                }
            }
            if (!found && wanted.kind.equals("one")) {
                for (Field field : wanted.fields) {
                    for (int ignored : field.components) values.add("");
                }
            }
        }
        return values;
    }

    private static void add(List<String> values, Wanted wanted, Segment segment) throws Exception {
        for (Field field : wanted.fields) {
            if (wanted.kind.equals("each")) {
                for (Type repetition : segment.getField(field.number)) {
                    if (!repetition.isEmpty()) add(values, repetition, field.components);
                }
            } else {
                add(values, segment.getField(field.number, 0), field.components);
            }
        }
    }

    private static void add(List<String> values, Type type, int[] components) {
        for (int component : components) {
            String value = Terser.getPrimitive(type, component, 1).getValue();
            values.add(value == null ? "" : value);
        }
    }

    private static String run(List<Sample> samples, double seconds) throws Exception {
        long count = 0;
        long began = System.nanoTime();
        long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        while (System.nanoTime() - began < seconds * 1e9) {
            for (Sample sample : samples) read(sample.text);
            count += samples.size();
        }
        spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - spent;
        return count + " " + spent / 1e9; // without its collector's threads
    }

    private static String values(List<Sample> samples) throws Exception {
        StringBuilder json = new StringBuilder("{");
        for (Sample sample : samples) {
            if (json.length() > 1) json.append(",");
            json.append(quoted(sample.name)).append(":[");
            List<String> values = read(sample.text);
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) json.append(",");
                json.append(quoted(values.get(i)));
            }
            json.append("]");
        }
        return json.append("}").toString();
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char sign : text.toCharArray()) {
            if (sign < 32 || sign > 126 || sign == '"' || sign == '\\') {
                json.append(String.format("\\u%04x", (int) sign));
            } else {
                json.append(sign);
            }
        }
        return json.append("\"").toString();
    }
}
