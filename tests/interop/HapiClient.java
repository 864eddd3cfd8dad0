import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.parser.Parser;
import ca.uhn.hl7v2.preparser.PreParser;
import ca.uhn.hl7v2.protocol.TransportException;
import ca.uhn.hl7v2.protocol.TransportLayer;
import ca.uhn.hl7v2.protocol.Transportable;
import ca.uhn.hl7v2.protocol.impl.ApplicationRouterImpl;
import ca.uhn.hl7v2.protocol.impl.ClientSocketStreamSource;
import ca.uhn.hl7v2.protocol.impl.InitiatorImpl;
import ca.uhn.hl7v2.protocol.impl.MLLPTransport;
import ca.uhn.hl7v2.protocol.impl.NullSafeStorage;
import ca.uhn.hl7v2.protocol.impl.ProcessorContextImpl;
import ca.uhn.hl7v2.protocol.impl.ProcessorImpl;
import ca.uhn.hl7v2.util.Terser;
import java.net.InetSocketAddress;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Sends messages with one of HAPI's two clients and writes what HAPI takes the answers for.
 *
 * Arguments: the client (everyday, everydayOverTls, twoStep), the port and, for twoStep, how many blocks
 * to hear before it leaves: it does not wait for an answer that it does not know to have asked for.
 * Messages come on standard input, one a line. Written are lines of three words: `heard` for each block
 * that twoStep reads, and `returned` for what HAPI gives to who sent the message, or `failed`.
 */
public final class HapiClient {
    private static final String HOST = "127.0.0.1";
    private static final long WAIT_MILLIS = 2_000;

    /** What both of HAPI's interfaces called Initiator have in common. */
    private interface Sender {
        Message sendAndReceive(Message message) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        CountDownLatch unheard = new CountDownLatch(arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0);
        HapiContext context = new DefaultHapiContext();
        Parser parser = context.getGenericParser();
        Sender sender = switch (arguments[0]) {
            case "everyday" -> context.newClient(HOST, port, false).getInitiator()::sendAndReceive;
            case "everydayOverTls" -> context.newClient(HOST, port, true).getInitiator()::sendAndReceive;
            case "twoStep" -> twoStep(parser, port, unheard);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
        Scanner lines = new Scanner(System.in, "UTF-8").useDelimiter("\n");
        while (lines.hasNext()) {
            send(sender, parser.parse(lines.next()));
        }
        unheard.await(WAIT_MILLIS, TimeUnit.MILLISECONDS);
        System.exit(0);
    }

    private static void send(Sender sender, Message message) throws Exception {
        String controlId = new Terser(message).get("/MSH-10");
        try {
            Message answer = sender.sendAndReceive(message);
            String code = answer == null ? "nothing" : new Terser(answer).get("/MSA-1");
            System.out.println("returned " + controlId + " " + code);
        } catch (HL7Exception failed) {
            System.out.println("failed " + controlId + " " + failed.getMessage());
        }
    }

    /** HAPI wants a second connection for what the other side begins; nothing comes on it here. */
    private static Sender twoStep(Parser parser, int port, CountDownLatch unheard) throws Exception {
        InetSocketAddress address = new InetSocketAddress(HOST, port);
        TransportLayer ours = new Overheard(new ClientSocketStreamSource(address), unheard);
        TransportLayer theirs = new MLLPTransport(new ClientSocketStreamSource(address));
        ours.connect();
        theirs.connect();
        ProcessorContextImpl parts =
            new ProcessorContextImpl(new ApplicationRouterImpl(parser), ours, theirs, new NullSafeStorage());
        InitiatorImpl initiator = new InitiatorImpl(parser, new ProcessorImpl(parts, true));
        initiator.setMaxRetries(0);
        initiator.setRetryInterval(WAIT_MILLIS);
        initiator.setReceiveTimeout(WAIT_MILLIS);
        return initiator::sendAndReceive;
    }

    /** MLLP as HAPI speaks it, and a line for each block that it reads. */
    private static final class Overheard extends MLLPTransport {
        private final CountDownLatch unheard;

        Overheard(ClientSocketStreamSource source, CountDownLatch unheard) throws TransportException {
            super(source);
            this.unheard = unheard;
        }

        @Override
        public Transportable doReceive() throws TransportException {
            Transportable block = super.doReceive();
            if (block != null) {
                try {
                    String[] words = PreParser.getFields(block.getMessage(), "MSA-2", "MSA-1");
                    System.out.println("heard " + words[0] + " " + words[1]);
                    unheard.countDown();
                } catch (HL7Exception unreadable) {
                    throw new TransportException(unreadable);
                }
            }
            return block;
        }
    }
}
